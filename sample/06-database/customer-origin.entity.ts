import { Entity, PrimaryColumn } from 'typeorm';

/**
 * An origin on which a customer has pages. The two columns are the primary key: nothing is there twice, and whether a row is
 * there is one look-up in its index, however many there are.
 */
@Entity('customer_origins')
export class CustomerOrigin {
  /** The customer's slug. */
  @PrimaryColumn('text')
  customer!: string;

  /** As browsers send it, such as `https://app.example.com`. */
  @PrimaryColumn('text')
  origin!: string;
}
