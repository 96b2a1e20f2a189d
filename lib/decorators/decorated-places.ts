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
  return lineage(type).flatMap((owner, distance, classes) =>
    recordedMembers(owner.prototype as object)
      .filter(({ name, target }) => {
        if (name === undefined || target === undefined) return true;
        return !classes.slice(0, distance).some(({ prototype }) => Object.hasOwn(prototype as object, name));
      })
      .map(({ name, target }) => ({ owner, name, target })),
  );
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

/** A class and its base classes, as far as they are in the reach of metadata. */
function lineage(type: Type): readonly Type[] {
  const classes: Type[] = [];
  for (let one = type; hasPrototype(one); one = Object.getPrototypeOf(one) as Type) classes.push(one);
  return classes;
}

/** Not so for functions that are no classes: arrow functions, and the one at the end of every chain. */
function hasPrototype(one: Type | null): boolean {
  return typeof one?.prototype === 'object' && one.prototype !== null;
}
