"""Made-up partners for drills, tests and demonstrations: everything in here is 模拟 and says so."""
