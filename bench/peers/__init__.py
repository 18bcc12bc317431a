"""What others make of the same work, installed anew, driven beside ours in the same run."""
