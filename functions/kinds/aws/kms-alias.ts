import { bare, defineKind, externalNames } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const kmsAlias = defineKind({
  ...awsKind('kms', 'Alias', 'aliases'),
  ...bare('a name of a key, without a charge'),
  tags: untagged,
  // https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
  names: externalNames({
    most: 256,
    pattern: /^(alias\/)?[a-zA-Z0-9/_-]+$/,
    reserved: { pattern: /^(alias\/)?aws\//, want: 'one that does not begin with aws/, as those of AWS do' },
  }),
  effects: {},
  failures: [],
});
