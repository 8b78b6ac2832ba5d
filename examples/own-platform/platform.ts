import { apis, definePlatform, policies } from 'golden-path-platform';
import { appTopic } from './apis/app-topic/index.ts';
import { servicesAreInternal } from './policies/services-are-internal.ts';

/** Golden Path's APIs and policies, and Acme's own. */
export const platform = definePlatform({
  name: 'acme-platform',
  apis: [...apis, appTopic],
  policies: [...policies, servicesAreInternal],
});
