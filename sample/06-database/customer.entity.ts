import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A customer of the API, whose pages call it. */
@Entity('customers')
export class Customer {
  /** Says in the path of a request for whom it is, such as `acme`. */
  @PrimaryColumn('text')
  slug!: string;

  @Column('text')
  name!: string;
}

/** Whether a text can be a slug; no other is worth a question to the database. */
export function isSlug(text: unknown): text is string {
  return typeof text === 'string' && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
