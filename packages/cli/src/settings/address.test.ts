import { describe, expect, test } from 'vitest';
import { Failure } from '../failures.ts';
import { readAddress } from './address.ts';

describe('the address of an orchestrator', () => {
  test.each([
    ['https://192.0.2.1:7300', 'https://192.0.2.1:7300'],
    ['https://[2001:db8::1]:7300/', 'https://[2001:db8::1]:7300'],
    ['http://127.0.0.1:7300', 'http://127.0.0.1:7300'],
    ['http://127.8.9.1', 'http://127.8.9.1'],
    ['http://[::1]:7300', 'http://[::1]:7300'],
  ])('%s is taken', (text, origin) => {
    expect(readAddress(text)).toBe(origin);
  });

  test.each([
    ['https://breakwater.example:7300', /holds the name breakwater\.example/],
    ['http://localhost:7300', /holds the name localhost/],
    // The URL standard reads a name that ends in a number as an address, or refuses it.
    ['https://1.example', /holds the name/],
    ['http://192.0.2.1:7300', /in clear/],
    ['http://[2001:db8::1]', /in clear/],
    ['ftp://192.0.2.1', /begins with ftp:/],
    ['https://user:secret@192.0.2.1', /no user or password/],
    ['https://192.0.2.1/v1', /goes on after the port/],
    ['192.0.2.1:7300', /is not an address|begins with/],
    ['', /is not an address/],
  ])('%s is refused', (text, reason) => {
    expect(() => readAddress(text)).toThrow(reason);
    expect(() => readAddress(text)).toThrow(Failure);
  });

  test('a password in an address is not repeated', () => {
    expect(() => readAddress('https://user:secret@192.0.2.1')).not.toThrow(/secret/);
  });
});
