import { awsKind, tags } from '../../../../functions/kinds/aws/provider.ts';
import { defineKind, undecided } from '../../../../functions/kinds/card.ts';
import { outliving } from '../../../../functions/kinds/outliving.ts';

export const templateCard = defineKind({
  ...awsKind('templateservice', 'TemplateKind', 'templatekinds'),
  tags,
  outliving,
  atRest: undecided('what encrypts it at rest, or none and why'),
  inTransit: undecided('what refuses clients without TLS, or none and why'),
  privacy: undecided('what keeps everybody out, or none and why'),
  ingress: undecided('what says who may connect to it, or none and why'),
  access: undecided('which fields are policy documents, or none and why'),
  backups: undecided('what keeps backups of it, or none and why'),
  deletionProtection: undecided('what protects it from deletion, or none and why'),
  finalSnapshot: undecided('what keeps a last copy when it is deleted, or none and why'),
  standby: undecided('what runs in another zone, or none and why'),
  data: undecided('which fields cannot change without losing data, and what is left of it, or none and why'),
  names: undecided('how long its name may be and of what, or an empty list'),
  classes: undecided('which field chooses instances, or none and why'),
  price: undecided('what it is charged for, or none and why'),
  effects: {},
  failures: [],
});
