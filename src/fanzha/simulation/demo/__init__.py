"""The demo: a made city (模拟) lives through its month while a desk of scripted officers works on what is reported."""
