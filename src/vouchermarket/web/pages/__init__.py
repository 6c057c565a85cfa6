"""The pages: server-drawn, working without scripts, over the operations that programs use too."""
