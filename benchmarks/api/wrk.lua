-- What wrk sends and prints for load.py: `wrk … -s wrk.lua URL -- METHOD [BODY]`; the last line is JSON.
local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds; long nanoseconds; } moment;
int clock_gettime(int clock, moment *now);
]]
local moment = ffi.new("moment")

local function now()
  ffi.C.clock_gettime(1, moment) -- CLOCK_MONOTONIC
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrk.method, wrk.body = args[1], args[2]
  last, longest = now(), 0
end

function response()
  local time = now()
  longest, last = math.max(longest, time - last), time
end

function done(summary, latency)
  local thread = threads[1]
  local errors = summary.errors
  io.write(string.format(
    '{"seconds": %f, "answers": %d, "refused": %d, "lost": %d, "p50": %f, "p99": %f, "longest_gap": %f}\n',
    summary.duration / 1e6, summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    math.max(thread:get("longest"), now() - thread:get("last"))
  ))
end
