import { expand, guard, stepRequest } from 'golden-path-platform/testing';
import { expect, test } from 'vitest';
import { platform } from '../platform.ts';

test.each([
  ['ClusterIP', undefined],
  ['ExternalName', 'spec.type: got "ExternalName", want ClusterIP'],
])('a Service of type %s', (type, violation) => {
  const request = stepRequest({ platform, kind: 'AppTopic', spec: { version: '2' }, environment: 'prod' });
  const { desired, status } = expand(request);
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'orders-topic-more' }, spec: { type } };
  const { refusal } = guard({ ...request, desired: { ...desired, more: { object } }, desiredStatus: status ?? {} });
  expect(refusal?.message).toBe(
    violation && `cannot apply in environment prod: more (Service orders-topic-more): ${violation} [services-are-internal]`,
  );
});
