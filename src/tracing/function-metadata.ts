import { processWide } from '../runtime/registry.ts'

/** What is used of `reflect-metadata`, where the program has loaded it. */
interface ReflectMetadata {
  getOwnMetadataKeys(target: object): unknown[]
  getOwnMetadata(key: unknown, target: object): unknown
  hasOwnMetadata(key: unknown, target: object): boolean
  defineMetadata(key: unknown, value: unknown, target: object): void
  deleteMetadata(key: unknown, target: object): boolean
}

/** Where versions from 0.2 on look for what keeps the metadata of an object. */
interface Registry {
  registerProvider(provider: Provider): void
  setProvider(target: object, property: undefined, provider: Provider): boolean
}

interface Provider {
  isProviderFor(target: object, property: unknown): boolean
  OrdinaryDefineOwnMetadata(key: unknown, value: unknown, target: object, property: unknown): void
  OrdinaryHasOwnMetadata(key: unknown, target: object, property: unknown): boolean
  OrdinaryGetOwnMetadata(key: unknown, target: object, property: unknown): unknown
  OrdinaryOwnMetadataKeys(target: object, property: unknown): unknown[]
  OrdinaryDeleteMetadata(key: unknown, target: object, property: unknown): boolean
}

const REGISTRY = Symbol.for('@reflect-metadata:registry')

/**
 * Lets `wrapper` have the metadata of `original`, and the other way round: both have the same from now on, so it does not
 * matter which of them a decorator has seen. Older versions of `reflect-metadata` have no way to say so, and
 * `wrapper` gets what `original` has now. Frameworks keep guards and routes there, by the function.
 */
export function shareMetadata(original: object, wrapper: object): void {
  const reflect = Reflect as unknown as Partial<ReflectMetadata>
  if (typeof reflect.getOwnMetadataKeys !== 'function') return
  try {
    if (!shareByRegistry(original, wrapper)) copyMetadata(reflect as ReflectMetadata, original, wrapper)
  } catch {
    // Something else that calls itself so.
  }
}

function shareByRegistry(original: object, wrapper: object): boolean {
  const registry = (Reflect as { [REGISTRY]?: Registry })[REGISTRY]
  if (typeof registry?.setProvider !== 'function') return false
  const { originals, provider } = shared()
  originals.set(wrapper, original)
  registry.registerProvider(provider)
  return registry.setProvider(wrapper, undefined, provider)
}

function copyMetadata(reflect: ReflectMetadata, original: object, wrapper: object): void {
  for (const key of reflect.getOwnMetadataKeys(original)) {
    reflect.defineMetadata(key, reflect.getOwnMetadata(key, original), wrapper)
  }
}

const shared = (): { originals: WeakMap<object, object>; provider: Provider } =>
  processWide('function-metadata', () => {
    const originals = new WeakMap<object, object>()
    return { originals, provider: providerOf(originals) }
  })

function providerOf(originals: WeakMap<object, object>): Provider {
  const reflect = Reflect as unknown as ReflectMetadata
  const of = (wrapper: object): object => originals.get(wrapper) ?? wrapper
  return {
    // Asked for what nobody has said yet; for our wrappers it is said when they are made.
    isProviderFor: () => false,
    OrdinaryDefineOwnMetadata: (key, value, target) => reflect.defineMetadata(key, value, of(target)),
    OrdinaryHasOwnMetadata: (key, target) => reflect.hasOwnMetadata(key, of(target)),
    OrdinaryGetOwnMetadata: (key, target) => reflect.getOwnMetadata(key, of(target)),
    OrdinaryOwnMetadataKeys: (target) => reflect.getOwnMetadataKeys(of(target)),
    OrdinaryDeleteMetadata: (key, target) => reflect.deleteMetadata(key, of(target)),
  }
}
