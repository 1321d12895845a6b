"""What the office changes on its settings page: versions over coop.toml and knowledge/, in force in all processes."""
