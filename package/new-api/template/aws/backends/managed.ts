import { serviceHost } from '../../../../../functions/aws/access.ts';
import { account } from '../../../../../functions/aws/facts.ts';
import { awsResources } from '../../../../../functions/aws/resources.ts';
import { sharedConfig } from '../../../../../functions/aws/shared-config.ts';
import type { Backend, Context, Expansion } from '../../../../../functions/core/api.ts';
import { bind, bindingKey } from '../../../../../functions/core/binding.ts';
import { type FactsOf, needsOf } from '../../../../../functions/core/facts.ts';
import { policiesFor } from '../../../../../functions/core/managed.ts';
import { controlPlane } from '../../../../../functions/core/names.ts';
import { isReady } from '../../../../../functions/core/readiness.ts';
import { protection, usage } from '../../../../../functions/kinds/crossplane/usage.ts';
import { secret } from '../../../../../functions/kinds/kubernetes/secret.ts';
import { templateCard } from '../card.ts';
import { type Binding, binding, suffix, type TemplateSettings } from '../schema.ts';

const needs = needsOf(controlPlane, account);
type Needs = FactsOf<typeof needs>;

const composes = { binding: secret, [suffix]: templateCard, protection: usage };

const longestName = 63;

function expand(context: Context<TemplateSettings, Needs>): Expansion {
  const { claim, settings, observed } = context;
  const resources = awsResources(context, suffix, suffix, policiesFor(settings.deletion, ['Delete']));
  const { nameOf, externalNameOf, region, tags, resource } = resources;
  const name = externalNameOf(longestName);
  const fresh: Binding | undefined = isReady(templateCard, observed[suffix])
    ? {
        type: suffix,
        provider: 'templateservice',
        name,
        region,
        endpoint: `https://${serviceHost('templateservice', region)}`,
        config: sharedConfig({ region }),
      }
    : undefined;
  const bound = bind(claim, nameOf(), binding, fresh, observed[bindingKey], `the ${suffix}`);
  return {
    resources: {
      [suffix]: resource(suffix, templateCard, { tags }, { externalName: name }),
      ...bound.resources,
      ...protection(claim, nameOf(), settings.deletion),
    },
    pending: bound.pending,
    status: { name },
    ...(bound.refusal && { refusal: bound.refusal }),
  };
}

/** A TemplateKind of AWS; no environment takes one until each fact of its card is decided. */
export const templateservice: Backend<TemplateSettings, Needs, unknown, keyof typeof composes> = {
  needs,
  composes,
  anchor: suffix,
  expand,
};
