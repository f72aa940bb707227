// What orbctl prints for people. Everything that came from a node is made visible first: one line stays one line, and no
// text of a peer can repaint the terminal.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "tools/orbctl/client.h"

namespace orbctl {

// "3d 4h", "2m 05s", "1.234 s".
[[nodiscard]] std::string SpanText(int64_t us);

void PrintStatus(const Json& status, std::ostream& out);
void PrintPeers(const Json& peers, std::ostream& out);
void PrintRing(const Json& ring, std::ostream& out);
void PrintState(const Json& state, std::ostream& out);
// `first_us`: the time of the first event.
void PrintEvent(const Json& event, int64_t first_us, std::ostream& out);
void PrintEnd(const Json& result, std::ostream& out);

}  // namespace orbctl
