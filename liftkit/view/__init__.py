"""Every picture of liftkit: panels, charts, still pictures and pages. It needs no kernel and no anywidget."""
