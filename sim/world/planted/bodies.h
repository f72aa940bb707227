// How planted bugs look into inputs and effects.
#pragma once

#include <variant>

#include "core/port/effects.h"
#include "core/port/input.h"

namespace sim {

inline const core::Message* MessageOf(const core::Input& input) {
  const auto* arrival = std::get_if<core::Arrival>(&input);
  return arrival == nullptr ? nullptr : arrival->message;
}

// The body of the message that arrives, if it is one of these.
template <typename Body>
const Body* BodyOf(const core::Input& input) {
  const core::Message* message = MessageOf(input);
  return message == nullptr ? nullptr : std::get_if<Body>(&message->body);
}

template <typename Body, typename Edit>
void EditSends(core::Effects& effects, Edit&& edit) {
  for (core::Outgoing& outgoing : effects.sends()) {
    if (auto* body = std::get_if<Body>(&outgoing.message.body)) edit(*body);
  }
}

}  // namespace sim
