import { OTHER } from '@breakwater/shared';
import { MOST_TALLIES } from '../../core/tallies.ts';

/**
 * The write. All of it or nothing, and only if the head of the log is still the one that the writer had seen.
 *
 * Redis rolls nothing back when a script fails half way. Everything that could fail is therefore looked at before
 * the first write: the head, the types of the keys and the ends of the streams. The shebang makes Redis refuse
 * the script as a whole, before its first line, when memory is short or the disk is failing.
 *
 * KEYS: head, and the idempotency key, if there is one
 * ARGV: seq and hash that are expected of the head, hash of an empty log, then the commands, each as the number of
 *       its words and the words
 * Answers 1 when it wrote, and 0 when somebody else had been faster.
 */
export const COMMIT = `#!lua
local head = redis.call('HMGET', KEYS[1], 'seq', 'hash')
if (head[1] or '0') ~= ARGV[1] or (head[2] or ARGV[3]) ~= ARGV[2] then return 0 end
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then return 0 end

local kinds = { XADD = 'stream', HSET = 'hash', HDEL = 'hash', SADD = 'set', SREM = 'set', ZADD = 'zset', SET = 'string', HINCRBY = 'hash' }
local function fault(name, key, id)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return nil end
  if kind ~= kinds[name] then return key .. ' is a ' .. kind end
  if name == 'HINCRBY' and string.match(redis.call('HGET', key, id) or '0', '%D') then return key .. ' does not count ' .. id end
  if name ~= 'XADD' then return nil end
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  if last and tonumber(string.match(last[1], '%d+')) >= tonumber(string.match(id, '%d+')) then
    return key .. ' already ends at ' .. last[1] .. ', which is beyond the head'
  end
  return nil
end

local commands, at = {}, 4
while ARGV[at] do
  local command = {}
  for word = 1, tonumber(ARGV[at]) do command[word] = ARGV[at + word] end
  local wrong = fault(command[1], command[2], command[3])
  if wrong then return redis.error_reply('ERR the store is damaged: ' .. wrong) end
  commands[#commands + 1] = command
  at = at + #command + 1
end

for _, command in ipairs(commands) do
  -- Names of counters come from outside too: beyond a bound they are counted together.
  if command[1] == 'HINCRBY' and redis.call('HLEN', command[2]) >= ${MOST_TALLIES} and redis.call('HEXISTS', command[2], command[3]) == 0 then
    command[3] = string.match(command[3], '^%S+') .. ' ${OTHER}'
  end
  redis.call(unpack(command))
end
return 1`;

/**
 * Reads all that decisions need, as of one moment; nothing at all when the head is the one that the reader has.
 *
 * KEYS: head, line, live rollouts, orders, declarations, tokens
 * ARGV: seq and hash of the head that the reader has, prefix of the keys of rollouts
 */
export const SNAPSHOT = `#!lua flags=no-writes
local head = redis.call('HMGET', KEYS[1], 'seq', 'hash')
if head[1] == ARGV[1] and head[2] == ARGV[2] then return false end
local live = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  live[#live + 1] = { id, redis.call('HGETALL', ARGV[3] .. id) }
end
return { head[1], head[2], redis.call('GET', KEYS[2]), live, redis.call('HGETALL', KEYS[4]), redis.call('HGETALL', KEYS[5]), redis.call('HGETALL', KEYS[6]) }`;
