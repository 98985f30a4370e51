"""What a file is by what it holds, before anything of it is kept: its type, and whether an archive stays in bounds."""
