import type { Type } from '@nestjs/common';
import { carriesMetadata, recordedMembers, type Decorated, type DecoratedMember } from './cors-metadata.js';

/** Where a decorator of the package stands. */
export interface DecoratedPlace extends DecoratedMember {
  /** The class that has the member: the one that was asked about, or one of its base classes. */
  readonly owner: Type;
}

/**
 * Where decorators of the package stand in a class and in what it inherits. A method that is overridden is not inherited,
 * and its decorators are not either.
 */
export function decoratedPlaces(type: Type): readonly DecoratedPlace[] {
  const places: DecoratedPlace[] = [];
  const derived: Type[] = [];
  for (let owner = type; hasPrototype(owner); owner = Object.getPrototypeOf(owner) as Type) {
    for (const member of recordedMembers(owner.prototype as object)) {
      if (!isOverridden(member, derived)) places.push({ owner, name: member.name, target: member.target });
    }
    derived.push(owner);
  }
  return places;
}

/** Whether one of the classes has a method of its own in place of the member that they inherit. */
function isOverridden({ name, target }: DecoratedMember, derived: readonly Type[]): boolean {
  if (name === undefined || target === undefined) return false;
  return derived.some(({ prototype }) => Object.hasOwn(prototype as object, name));
}

/** Not so for functions that are no classes: arrow functions, and the one at the end of every chain. */
function hasPrototype(one: Type | null): boolean {
  return typeof one?.prototype === 'object' && one.prototype !== null;
}

/** `ReportsController`, `ReportsController#list`. */
export function placeName({ owner, name }: Pick<DecoratedPlace, 'owner' | 'name'>): string {
  return name === undefined ? owner.name : `${owner.name}#${String(name)}`;
}

/** What stands at a place now: the class, or the member's value, which is a function wherever a handler can be. */
export function standsAt({ owner, name }: DecoratedPlace): unknown {
  if (name === undefined) return owner;
  return Object.getOwnPropertyDescriptor(owner.prototype as object, name)?.value as unknown;
}

/**
 * Whether a decorator can no longer be read where it was applied: something has taken the place of what carries it, and
 * has not copied the metadata.
 */
export function isLost(place: DecoratedPlace): boolean {
  const { target } = place;
  const standing = standsAt(place);
  if (target === undefined || standing === target) return false;
  return typeof standing !== 'function' || !carriesMetadata(standing as Decorated, target);
}
