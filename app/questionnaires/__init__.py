"""FHIR Questionnaires: a pure engine, the library that is shipped, and where both rest."""
