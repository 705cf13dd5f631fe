"""Language packs: a TOML file each, of a language or script; `pack` reads them."""
