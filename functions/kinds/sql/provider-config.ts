import { defineKind } from '../card.ts';
import { exists } from '../ready.ts';
import { inDatabase, sqlKind } from './provider.ts';

export const sqlProviderConfig = defineKind({
  ...sqlKind('ProviderConfig', 'providerconfigs'),
  ...inDatabase('how provider-sql logs in, without a charge'),
  managed: false,
  ready: exists,
});
