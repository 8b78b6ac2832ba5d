import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type ServiceDefinition, status, type UntypedServiceImplementation } from '@grpc/grpc-js';

interface Check {
  readonly service: string;
}

const servingStatus = { serving: 1, notServing: 2 } as const;

/**
 * grpc.health.v1.Health by hand: grpc-health-check reads its .proto file from disk, which a bundle does not have.
 * It has no Watch; a client that wants it takes UNIMPLEMENTED for healthy, as the protocol says.
 */
export const healthService = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: ({ service }: Check) => Buffer.from(new BinaryWriter().uint32(10).string(service).finish()),
    requestDeserialize(bytes: Buffer): Check {
      const reader = new BinaryReader(bytes);
      let service = '';
      while (reader.pos < reader.len) {
        const [field, type] = reader.tag();
        if (field === 1) service = reader.string();
        else reader.skip(type);
      }
      return { service };
    },
    responseSerialize: (serving: boolean) => {
      const code = serving ? servingStatus.serving : servingStatus.notServing;
      return Buffer.from(new BinaryWriter().uint32(8).int32(code).finish());
    },
    responseDeserialize: (bytes: Buffer) => bytes.at(1) === servingStatus.serving,
  },
} satisfies ServiceDefinition;

/** Answers for the whole server (the empty name) and for the services named. */
export function health(services: readonly string[], isServing: () => boolean): UntypedServiceImplementation {
  const known = new Set(['', ...services]);
  return {
    Check: (call: { readonly request: Check }, callback: (error: { code: status; details: string } | null, serving?: boolean) => void) => {
      const { service } = call.request;
      if (known.has(service)) callback(null, isServing());
      else callback({ code: status.NOT_FOUND, details: `unknown service ${JSON.stringify(service)}` });
    },
  };
}
