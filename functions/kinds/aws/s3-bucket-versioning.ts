import { bare, defineKind, effectsOn, inPlace } from '../card.ts';
import { settingOf } from '../fields.ts';
import { awsKind, untagged } from './provider.ts';

export const s3BucketVersioning = defineKind({
  ...awsKind('s3', 'BucketVersioning', 'bucketversionings'),
  ...bare('a setting of its bucket, without a charge'),
  tags: untagged,
  names: [],
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
  effects: effectsOn({
    versioningConfiguration: ({ is }) =>
      inPlace(
        'no downtime',
        settingOf(is, 'versioningConfiguration', 'status') === 'Enabled'
          ? undefined
          : 'what is overwritten or deleted from now on is gone; old versions stay',
      ),
  }),
  failures: [],
});
