import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Makes the tables. TypeORM runs migrations in the order of the times in their names, and each of them once. */
export class CreateTables1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'customers',
        columns: [
          { name: 'slug', type: 'text', isPrimary: true },
          { name: 'name', type: 'text' },
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'customer_origins',
        columns: [
          { name: 'customer', type: 'text', isPrimary: true },
          { name: 'origin', type: 'text', isPrimary: true },
        ],
        foreignKeys: [
          {
            columnNames: ['customer'],
            referencedTableName: 'customers',
            referencedColumnNames: ['slug'],
            // A customer who gets another slug, or goes, takes the origins along.
            onUpdate: 'CASCADE',
            onDelete: 'CASCADE',
          },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('customer_origins');
    await runner.dropTable('customers');
  }
}
