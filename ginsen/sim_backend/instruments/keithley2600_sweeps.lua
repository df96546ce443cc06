-- What a 2600B's factory script KISweep offers, in our own words: functions that sweep a source in
-- steps, linear, logarithmic or from a list, wait `stime` (s) on each step, and measure; readings,
-- source values and timestamps are in nvbuffer1 (Reference Manual 2600BS-901-01 Rev. F, section 9,
-- SweepILinMeasureV ... SweepVLogMeasureI). Background knowledge: the output is off before and
-- after, the source's range is fixed at what the sweep needs, the settings are as they were after.
-- A real one asks for parameters left out at its front panel; here they are an error.

local OFF, ON = 0, 1

local function prepare(smu, letter, levels, stime, points)
  local buffer, largest = smu.nvbuffer1, 0
  for _, level in ipairs(levels) do largest = math.max(largest, math.abs(level)) end
  smu.source.output = OFF
  smu.source.func = letter == "v" and smu.OUTPUT_DCVOLTS or smu.OUTPUT_DCAMPS
  smu.source["level" .. letter] = 0
  smu.source["range" .. letter] = largest
  buffer.clear()
  buffer.appendmode, buffer.collecttimestamps, buffer.collectsourcevalues = 0, 1, 1
  smu.trigger.measure[letter == "v" and "i" or "v"](buffer)
  smu.trigger.arm.count, smu.trigger.count = 1, points
  smu.trigger.arm.stimulus, smu.trigger.source.stimulus, smu.trigger.endpulse.stimulus = 0, 0, 0
  smu.trigger.source.action, smu.trigger.measure.action = smu.ENABLE, smu.ENABLE
  smu.trigger.endpulse.action, smu.trigger.endsweep.action = smu.SOURCE_HOLD, smu.SOURCE_IDLE
  smu.trigger.measure.stimulus = 0
  if stime > 0 then
    local timer = trigger.timer[1]
    timer.reset()
    timer.delay = math.max(stime, 8e-6)
    timer.stimulus = smu.trigger.SOURCE_COMPLETE_EVENT_ID
    smu.trigger.measure.stimulus = timer.EVENT_ID
  end
end

local function sweep(letter, smu, ends, stime, points, shape)
  assert(type(stime) == "number" and stime >= 0, "stime must be a time in seconds")
  assert(type(points) == "number" and points >= 2, "points must be 2 or more")
  local func, level, range, automatic = smu.source.func, "level" .. letter, "range" .. letter,
    "autorange" .. letter
  local before = {smu.source[level], smu.source[range], smu.source[automatic]}
  prepare(smu, letter, ends, stime, points)
  smu.trigger.source[shape .. letter](unpack(shape == "list" and {ends} or
                                             {ends[1], ends[2], points}))
  smu.source.output = ON
  smu.trigger.initiate()
  waitcomplete()
  smu.source.output = OFF
  smu.source[range] = before[2]
  smu.source[level] = before[1]
  smu.source[automatic] = before[3]
  smu.source.func = func
  if stime > 0 then
    smu.trigger.measure.stimulus = 0
    trigger.timer[1].reset()
  end
end

local function between(letter, shape)
  return function(smu, start, stop, stime, points)
    assert(type(start) == "number" and type(stop) == "number", "start and stop must be numbers")
    sweep(letter, smu or smua, {start, stop}, stime, points, shape)
  end
end

local function along(letter)
  return function(smu, list, stime, points)
    assert(type(list) == "table", "a list of levels must be given")
    sweep(letter, smu or smua, list, stime, points, "list")
  end
end

SweepVLinMeasureI, SweepILinMeasureV = between("v", "linear"), between("i", "linear")
SweepVLogMeasureI, SweepILogMeasureV = between("v", "log"), between("i", "log")
SweepVListMeasureI, SweepIListMeasureV = along("v"), along("i")
