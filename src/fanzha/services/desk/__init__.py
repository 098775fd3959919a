"""The desk's use cases, one file each: load, check who asks, let a room decide, save, note, set clocks, send.

Where to begin: `model` is what every use case is given, `acting` opens one and writes down what was refused, `keeping`
saves a record with everything that belongs to it. A use case is called (desk, actor, …) and is done whole or not at all.
"""
