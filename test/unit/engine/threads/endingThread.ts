/** A thread that ends at once, as one that has crashed. */
process.exit(1);
