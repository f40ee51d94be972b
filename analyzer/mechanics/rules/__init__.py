"""What is judged, a theme a module: each rule looks at a case and says a finding, or why there is none."""
