// StateText: what a module tells of its state (core/base/state.h) as indented lines for people: a line per part, its values behind
// its name, its parts below. Ids and hashes are short, as in a narration; instants are relative to the peer's own clock.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/state.h"

namespace sim {

class StateText : public core::StateListener {
 public:
  // `now`: of the clock whose instants are told. `name`: the first line's.
  StateText(std::string name, core::Time now);

  void Open(std::string_view name) override;
  void Close() override;
  void Tell(std::string_view name, const core::StateValue& value) override;

  // REQUIRES: every part is closed.
  [[nodiscard]] std::string Lines() const;

 private:
  struct Part {
    std::string name;
    size_t depth = 0;
    std::vector<std::pair<std::string, std::string>> values;  // Name and text, in order.
  };

  core::Time now_;
  std::vector<Part> parts_;   // In the order of opening.
  std::vector<size_t> open_;  // Into parts_.
};

}  // namespace sim
