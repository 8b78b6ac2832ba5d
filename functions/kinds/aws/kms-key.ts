import { at } from '../../core/kubernetes.ts';
import { defineKind, fixedExternalName, forProvider, none } from '../card.ts';
import { outliving } from '../outliving.ts';
import { byConditions } from '../ready.ts';
import { awsKind, tags } from './provider.ts';

export const kmsKey = defineKind({
  ...awsKind('kms', 'Key', 'keys'),
  tags,
  access: { documents: [{ path: 'spec.forProvider.policy', of: 'key' }], attached: [] },
  ingress: none('nobody connects to it'),
  privacy: none('its policy says who may use it'),
  inTransit: none('KMS answers with TLS only'),
  // https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
  data: { fixed: [fixedExternalName, ...forProvider('region')], growing: [], survives: 'the key, for the days that its deletion waits' },
  names: [],
  classes: none('it runs on nothing'),
  deletionProtection: none('KMS itself waits for days before it deletes a key'),
  finalSnapshot: none('a key cannot be copied'),
  outliving,
  atRest: none('KMS keeps keys in hardware'),
  standby: none('KMS keeps it in more than one zone'),
  backups: none('a key cannot be copied'),
  // https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html; provider-aws reports only whether it is enabled.
  ready: (observed) =>
    at(observed, 'status', 'atProvider', 'isEnabled') === false
      ? { failed: 'KMS reports that it is disabled: enable it, since nothing can be read or written with it until then' }
      : byConditions(observed),
  price: { ids: ['kms/key-month'], items: () => [{ charge: 'key', price: 'kms/key-month', units: 1 }] },
  effects: {},
  failures: [],
});
