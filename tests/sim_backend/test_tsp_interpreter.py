"""The sandbox: what a script can reach, and what it can use up."""

import time

import pytest

from ginsen.sim_backend.tsp.interpreter import Interpreter, ScriptError

NAMES = {"print": "function", "smua": "table", "smua.level": "attribute", "smua.read": "function",
         "smua.fixed": "constant", "smua.timer": "table", "smua.timer.1": "table",
         "smua.timer.1.delay": "attribute", "smua.nvbuffer1": "buffer"}
MEMBERS = {"n": "constant", "readings": "column", "clear": "function", "appendmode": "attribute"}


@pytest.fixture
def lua():
    return Interpreter(NAMES, MEMBERS)


def requests(lua, source, answer=7.0, most=60):
    """What a script asks for, each request answered alike."""
    found, run, reply = [], lua.script(source).run(), None
    while (request := run.step(reply)) is not None and len(found) < most:
        found.append(request)
        reply = answer
    return found


def fails(lua, source):
    with pytest.raises(ScriptError) as caught:
        requests(lua, source)
    return caught.value


def test_what_touches_the_instrument_is_a_request(lua):
    assert requests(lua, "smua.level = 1e-3 print(smua.level, 'x', true, nil)") == [
        ("set", "smua.level", 1e-3), ("get", "smua.level"), ("call", "print", 7, "x", True, None)]
    assert requests(lua, "smua.timer[1].delay = 2") == [("set", "smua.timer.1.delay", 2)]
    assert requests(lua, "smua.read({1, 2.5})") == [("call", "smua.read", "\x021,2.5")]


def test_buffers_go_by_their_handles(lua):
    handle = "\1smua.nvbuffer1"
    assert requests(lua, "local b = smua.nvbuffer1 b.clear() b.appendmode = 1 "
                         "print(b, b.readings, b.n, b[3], b.readings[2])") == [
        ("buffer call", handle, "clear"), ("buffer set", handle, "appendmode", 1),
        ("buffer get", handle, "n"), ("item", handle, "readings", 3),
        ("item", handle, "readings", 2),
        ("call", "print", handle, f"{handle}\1readings", 7, 7, 7)]
    lua.forget()
    requests(lua, "made = smua.read() other = smua.read()", answer="\1" + "9")
    assert lua.live_buffers() == {"\1" + "9"}
    requests(lua, "made = nil other = nil")
    assert lua.live_buffers() == {""}


def test_a_request_within_pcall_or_a_metamethod_waits_too(lua):
    assert requests(lua, "pcall(function() print(1) end) "
                         "local t = setmetatable({}, {__index = function() print(2) end}) "
                         "local x = t.y print(3)") == [("call", "print", n) for n in (1, 2, 3)]


def test_globals_and_kept_scripts_stay_until_power_is_lost(lua):
    requests(lua, "x = 5 function twice(n) return 2 * n end")
    assert requests(lua, "print(twice(x))") == [("call", "print", 10)]
    lua.keep("print('kept')", "mine")
    assert requests(lua, "mine() mine.run() mine.run()") == [("call", "print", "kept")] * 3
    lua.keep("print('nameless')", "")
    assert requests(lua, "script.run()") == [("call", "print", "nameless")]
    assert requests(lua, "script.new('print(4)', 'four') four()") == [("call", "print", 4)]
    lua.forget()
    assert requests(lua, "print(x, twice, mine)") == [("call", "print", None, None, None)]


def test_the_lua_of_the_real_one(lua):
    assert requests(lua, "print(table.getn({1, 2}), math.mod(5, 3), bit.test(5, 1), "
                         "bit.bitand(6, 3), unpack({8, 9}))") == [
        ("call", "print", 2, 2, True, 2, 8, 9)]
    assert requests(lua, "for a in string.gfind('ab', '.') do print(a) end") == [
        ("call", "print", "a"), ("call", "print", "b")]


@pytest.mark.parametrize("source", [
    "os.exit()", "io.open('x')", "debug.getinfo(1)", "require('x')", "load('x')", "dofile('x')",
    "loadfile('x')", "package.loadlib('x')", "coroutine.yield(1)", "python.eval('1')",
    "string.dump(print)", "collectgarbage()", "print(getmetatable('').__index)",
    "setmetatable(smua, {})", "setmetatable({}, {__gc = function() end})",
    "getmetatable(smua).__index = nil", "smua.fixed = 1", "smua.other = 1", "smua.other.level = 1",
    "smua.nvbuffer1.n = 1", "smua.nvbuffer1.readings[1] = 1", "error()", "error({})",
])
def test_nothing_else_can_be_reached(lua, source):
    assert fails(lua, source).code == -286
    assert requests(lua, "print(1)") == [("call", "print", 1)]


def test_bytecode_is_no_script(lua):
    assert fails(lua, "x = = 1").code == -285
    assert fails(lua, "\x1bLua").code == -285
    assert requests(lua, "print(loadstring('\\27Lua'))") == [
        ("call", "print", None, "attempt to load a binary chunk (mode is 't')")]


@pytest.mark.parametrize("source", [
    "while true do end",
    "repeat local x = 1 until false",
    "while true do pcall(function() while true do end end) end",
    "pcall(function() pcall(function() while true do end end) while true do end end) "
    "while true do end",
    "local function f() return f() end f()",
    "table.sort({3, 2, 1}, function() while true do end end)",
    "return tostring(setmetatable({}, {__tostring = function() while true do end end}))",
    "string.gsub('aaa', 'a', function() while true do end end)",
])
def test_a_script_that_computes_for_ever_is_ended(lua, source):
    begun = time.process_time()
    problem = fails(lua, source)
    assert time.process_time() - begun < 2.0
    assert problem.code == -286
    assert "ran too long" in problem.text
    assert requests(lua, "print(1)") == [("call", "print", 1)]


def test_touching_the_instrument_makes_patience_new(lua):
    source = "for i = 1, 50 do for j = 1, 20000 do end print(i) end"
    assert len(requests(lua, source)) == 50


@pytest.mark.parametrize("source", [
    "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
    "s = 'x' while true do s = s .. s end", "x = ('x'):rep(1e9)",
    "local function f() f() end f()", "keep = {} for i = 1, 1e9 do keep[i] = i end",
    "string.format(('%s'):rep(1e6), 1)",
])
def test_memory_is_bounded(lua, source):
    assert fails(lua, source).code == -286
    assert requests(lua, "print(1)") == [("call", "print", 1)]


def test_a_pattern_that_would_take_for_ever_is_refused(lua):
    problem = fails(lua, "print(string.find(('a'):rep(30), ('a*'):rep(20) .. 'b'))")
    assert "too complex" in problem.text
    assert "too complex" in fails(lua, "print((('a'):rep(30)):find(('a*'):rep(20) .. 'b'))").text
    assert requests(lua, "print(string.find('key=12', '(%w+)=(%d+)'))") == [
        ("call", "print", 1, 6, "key", "12")]
