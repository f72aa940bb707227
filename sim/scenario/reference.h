// What the key tables say, as a JSON Schema for editors and as the reference section of
// docs/scenario_files.md. tools/orbschema writes both; a test compares the files with these.
#pragma once

#include <string>

namespace sim {

// JSON Schema 2020-12 of a scenario file. Ends in a line feed.
[[nodiscard]] std::string ScenarioSchema();

// Markdown: one table per kind of object. Ends in a line feed.
[[nodiscard]] std::string ScenarioReference();

}  // namespace sim
