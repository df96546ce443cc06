-- What a script finds: Lua 5.0's libraries without what reaches the computer, and the instrument's
-- tables. Whatever touches the instrument is a request, yielded to the bench, which lets it take
-- its time and resumes with the result. Yields pass metamethods and pcall since Lua 5.2.

local kinds, buffer_kinds, budget, factory = ...
local yield, sethook = coroutine.yield, debug.sethook
local tostring, type, setmetatable, rawget, rawset = tostring, type, setmetatable, rawget, rawset
local pack, unpack, concat, error = table.pack, table.unpack, table.concat, error
local format, clock, getmetatable = string.format, os.clock, getmetatable

local handles = setmetatable({}, {__mode = "k"})
local buffers, objects, members = setmetatable({}, {__mode = "v"}), {}, {}
local paths = setmetatable({}, {__mode = "k"})
local buffer

-- A count hook cannot yield, only raise; from then on it raises at every instruction, so that no
-- pcall can hide it. The clock is for the few calls that take long in themselves.
local SLICE, PATIENCE = 1000, 2
local slices, begun = 0, 0

local function stop()
  slices = slices + 1
  if slices * SLICE < budget and clock() - begun < PATIENCE then return end
  sethook(stop, "", 1)
  error("the script ran too long without touching the instrument", 0)
end

local function watch()
  slices, begun = 0, clock()
  sethook(stop, "", SLICE)
end

-- Numbers, texts, booleans and nil go as they are; buffers by number; a table as its numbers.
local function plain(value)
  local kind = type(value)
  if kind == "table" then
    if handles[value] then return handles[value] end
    local items = {}
    for index = 1, rawlen(value) do
      items[index] = format("%.17g", tonumber(rawget(value, index)) or 9.91e37)
    end
    return "\2" .. concat(items, ",")
  elseif kind == "function" or kind == "userdata" or kind == "thread" then
    return "\3" .. kind
  end
  return value
end

local function known(value, ...)
  if type(value) == "string" and value:byte() == 1 then return buffer(value) end
  return value, ...
end

local function ask(...)
  sethook()
  local answers = pack(yield(...))
  watch()
  return known(unpack(answers, 1, answers.n))
end

local function call(path)
  local made = members[path]
  if not made then
    made = function(...)
      local given = pack(...)
      for index = 1, given.n do given[index] = plain(given[index]) end
      return ask("call", path, unpack(given, 1, given.n))
    end
    members[path] = made
  end
  return made
end

local function object(path)
  local made = objects[path]
  if made then return made end
  made = setmetatable({}, {
    __metatable = false,
    __index = function(_, key)
      local full = path .. tostring(key)
      local kind = kinds[full]
      if kind == "table" then return object(full .. ".") end
      if kind == "function" then return call(full) end
      if kind == "buffer" then return buffer("\1" .. full) end
      if kind then return ask("get", full) end
      return nil
    end,
    __newindex = function(_, key, value)
      local full = path .. tostring(key)
      if kinds[full] ~= "attribute" then
        error("there is no attribute " .. full .. " to set", 2)
      end
      ask("set", full, plain(value))
    end,
  })
  objects[path], paths[made] = made, path
  return made
end

-- What getmetatable answers for a table of the instrument: which of its names can be read (Getters)
-- and set (Setters), which are functions and tables (Objects), and of what type it is. Nothing of it
-- is the metatable itself. Python's keithley2600 finds the names of a 2600 this way.
local function described(value)
  local mine, at, own = {Getters = {}, Setters = {}, Objects = {}}, paths[value], kinds
  local handle = handles[value]
  if handle then
    local of_column = handle:find("\1", 2, true)
    at, own = "", of_column and {getreading = "function"} or buffer_kinds
    mine.luatype = of_column and "synchronous_table" or "reading_buffer"
  end
  for name, kind in pairs(own) do
    local key = name:sub(#at + 1)
    if name:sub(1, #at) == at and key ~= "" and not key:find(".", 1, true) then
      key = tonumber(key) or key
      if kind == "attribute" or kind == "constant" then
        mine.Getters[key] = true
        if kind == "attribute" then mine.Setters[key] = true end
      else
        mine.Objects[key] = value[key]
      end
    end
  end
  return setmetatable(mine, {__metatable = false, __newindex = function()
    error("a metatable of the instrument is read only", 2)
  end})
end

-- A column also has a function getreading, which no manual tells of: keithley2600 calls it.
local function column(handle, name)
  local function item(key) return ask("item", handle, name, plain(key)) end
  local made = setmetatable({}, {
    __metatable = false,
    __index = function(_, key)
      if key == "getreading" then return item end
      return item(key)
    end,
    __newindex = function() error("a reading buffer is read only", 2) end,
  })
  handles[made] = handle .. "\1" .. name
  return made
end

function buffer(handle)
  local made = buffers[handle]
  if made then return made end
  made = setmetatable({}, {
    __metatable = false,
    __index = function(_, key)
      if type(key) == "number" then return ask("item", handle, "readings", key) end
      local kind = buffer_kinds[key]
      if kind == "column" then return column(handle, key) end
      if kind == "function" then
        return function() return ask("buffer call", handle, key) end
      end
      if kind then return ask("buffer get", handle, key) end
      return nil
    end,
    __newindex = function(_, key, value)
      if buffer_kinds[key] ~= "attribute" then
        error("there is no attribute " .. tostring(key) .. " of a reading buffer to set", 2)
      end
      ask("buffer set", handle, key, plain(value))
    end,
  })
  handles[made] = handle
  buffers[handle] = made
  return made
end

-- A pattern's cost can grow as the length to the power of its repetitions, all within one C call.
local function bounded(name)
  local original = string[name]
  return function(text, pattern, ...)
    text, pattern = tostring(text), tostring(pattern)
    local _, repeats = string.gsub(pattern, "[%*%+%-%?]", "")
    if (#text + 1) ^ repeats > 1e7 then error("the pattern is too complex for this text", 2) end
    return original(text, pattern, ...)
  end
end

local safe_string = {}
for _, name in pairs {"byte", "char", "format", "len", "lower", "rep", "reverse", "sub", "upper"} do
  safe_string[name] = string[name]
end
for _, name in pairs {"find", "match", "gmatch", "gsub"} do safe_string[name] = bounded(name) end
safe_string.gfind = safe_string.gmatch
getmetatable("").__index = safe_string
getmetatable("").__metatable = false

local safe_table, safe_math = {}, {}
for name, value in pairs(table) do safe_table[name] = value end
for name, value in pairs(math) do safe_math[name] = value end
safe_table.getn = function(list) return #list end
safe_math.mod = math.fmod

local bits = {
  bitand = bit32.band, bitor = bit32.bor, bitxor = bit32.bxor,
  test = function(value, index) return bit32.extract(value, index - 1) == 1 end,
  set = function(value, index) return bit32.bor(value, 2 ^ (index - 1)) end,
  clear = function(value, index) return bit32.band(value, bit32.bnot(2 ^ (index - 1))) end,
}

-- What a script defines stays among the globals until power is lost.
local made
local globals = {
  assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall,
  rawequal = rawequal, rawget = rawget, rawset = rawset, select = select,
  tonumber = tonumber, tostring = tostring, type = type,
  unpack = table.unpack, string = safe_string, table = safe_table, math = safe_math, bit = bits,
}
globals._G = globals
globals.setmetatable = function(value, meta)
  -- A finalizer would run where no hook watches it.
  if type(meta) == "table" and rawget(meta, "__gc") ~= nil then
    error("a metatable with __gc is not supported", 2)
  end
  return setmetatable(value, meta)
end
globals.getmetatable = function(value)
  if type(value) ~= "table" then return nil end
  if paths[value] or handles[value] then return described(value) end
  return getmetatable(value) or nil
end
globals.loadstring = function(source) return load(source, "=script", "t", globals) end
for path, kind in pairs(kinds) do
  if not path:find(".", 1, true) then
    if kind == "table" then globals[path] = object(path .. ".")
    elseif kind == "function" then globals[path] = call(path) end
  end
end
globals.script = {
  new = function(source, name)
    local run, problem = load(source, "=" .. (name or "script"), "t", globals)
    if not run then error(problem, 2) end
    return made(name, run, source)
  end,
}
function made(name, run, source)
  local new = setmetatable({run = run, source = source, name = name or ""},
                           {__call = function(_, ...) return run(...) end})
  if name and name ~= "" then rawset(globals, name, new) else
    globals.script.anonymous, globals.script.run = new, run
  end
  return new
end

assert(load(factory, "=factory", "t", globals))()

return {
  compile = function(source, name)
    local run, problem = load(source, "=" .. name, "t", globals)
    return run, problem or ""
  end,
  keep = function(name, run, source) made(name, run, source) end,
  run = function(chunk)
    watch()
    chunk()
  end,
  alive = function()
    collectgarbage()
    local names = {}
    for handle in pairs(buffers) do names[#names + 1] = handle end
    return concat(names, "\n")
  end,
}
