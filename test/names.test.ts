import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backupSlots, backupWindow, maintenanceSlots, maintenanceWindow } from '../functions/aws/windows.ts';
import { externalName, type Identity, spread } from '../functions/core/names.ts';

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/);
const identity: fc.Arbitrary<Identity> = fc.record({
  environment: label,
  namespace: label,
  kind: fc.constantFrom('AppDatabase', 'AppCache'),
  name: label,
});

test('names stay the same for ever', () => {
  const orders = { environment: 'prod', namespace: 'shop', kind: 'AppDatabase', name: 'orders' };
  expect([
    externalName(orders, 63),
    externalName(orders, 63, '_'),
    externalName(orders, 20),
    externalName(orders, 63, '-', 'subnet-group'),
  ]).toEqual(['prod-shop-orders-1cad2ed2', 'prod_shop_orders_1cad2ed2', 'prod-shop-o-1cad2ed2', 'prod-shop-orders-b4b5070d']);
});

test('names fit their limit and what AWS and Postgres take', () => {
  fc.assert(
    fc.property(identity, fc.integer({ min: 12, max: 63 }), (each, limit) => {
      const name = externalName(each, limit);
      expect(name.length).toBeLessThanOrEqual(limit);
      expect(name).toMatch(/^[a-z](-?[a-z0-9])*$/);
    }),
  );
});

test('two claims never share a name, however their parts are joined or cut', () => {
  fc.assert(
    fc.property(identity, identity, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      expect(externalName(a, 20)).not.toBe(externalName(b, 20));
    }),
  );
  const parts = (namespace: string, name: string) => externalName({ environment: 'e', namespace, kind: 'AppDatabase', name }, 63);
  expect(parts('a-b', 'c')).not.toBe(parts('a', 'b-c'));
});

test('windows are spread over every slot, and backup and maintenance never meet', () => {
  const identities = Array.from({ length: 2000 }, (_, index) => ({
    environment: 'prod',
    namespace: 'shop',
    kind: 'AppDatabase',
    name: `db-${index}`,
  }));
  const backups = new Set(identities.map((each) => backupWindow(spread(each, 'backup', backupSlots))));
  const maintenances = new Set(identities.map((each) => maintenanceWindow(spread(each, 'maintenance', maintenanceSlots))));
  expect([...backups].sort()).toEqual(['00:00-00:30', '00:30-01:00', '01:00-01:30', '01:30-02:00', '02:00-02:30', '02:30-03:00']);
  expect(maintenances.size).toBe(42);
  expect([...maintenances].filter((window) => !/^(mon|tue|wed|thu|fri|sat|sun):0[345]:[03]0-\1:0[3456]:[03]0$/.test(window))).toEqual([]);
});
