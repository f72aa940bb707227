// What the option table says, for people: the file that `orbnode init` writes, and the reference section
// of docs/node_configuration.md. A test compares the document with ConfigReference.
#pragma once

#include <string>

namespace node {

// Every option with its default and a comment. LoadConfig takes it and gives what "{}" gives.
[[nodiscard]] std::string DefaultConfigText();

// Markdown: one table per section. Ends in a line feed.
[[nodiscard]] std::string ConfigReference();

}  // namespace node
