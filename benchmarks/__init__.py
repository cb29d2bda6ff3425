"""How fast, how lean: each module measures one subject against a reference in the same run; see docs/performance.md."""
