"""Where rooms meet: whole tasks from a folder of files to a result, one file per verb."""
