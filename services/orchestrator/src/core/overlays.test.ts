import { expect, test } from 'vitest';
import { overlaysForNobody } from './overlays.ts';
import { evenFleet } from './testing/fleet.ts';

test('an overlay for a host or a datacenter that the fleet does not have is warned of once', () => {
  const fleet = [...evenFleet(['ams'], 1).values()];
  const known = ['all/named.conf', 'host/ns1.ams/x', 'datacenter/ams/x'];
  expect(overlaysForNobody(known, fleet)).toEqual([]);
  expect(
    overlaysForNobody([...known, 'host/ns9.ams/x', 'host/ns9.ams/y', 'datacenter/amd/x'], fleet),
  ).toEqual([
    'host/ns9.ams/ is for nobody: the fleet has no such host',
    'datacenter/amd/ is for nobody: the fleet has no such datacenter',
  ]);
});
