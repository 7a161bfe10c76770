"""The analyst's desk: load data, run methods, publish results."""
