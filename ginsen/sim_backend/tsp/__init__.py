"""The Test Script Processor: an instrument's commands are Lua, run in a sandbox."""
