// State: what a module is made of, told once for two uses: hashed, where states are compared, and shown, where people look at one.
//
// A module has one function, `template <typename State> void Tell(State& state) const`, which hands its parts over in their order.
// Digest calls it with a HashedState, Describe with a ShownState, so that what is hashed and what is shown cannot drift apart, and
// hashing pays for nothing but the values. A listener gets names and values and makes text of them where it likes: the core makes none.
//
//   Add(name, value)         hashed and shown; of an enum its NameOf is shown
//   Add(name, value, words)  an enum whose values index `words`
//   Add(name, list)          each of a list of peers or keys
//   Hash(value)              only hashed: a count of what is shown item by item, or a number whose parts are shown
//   Show(name, value)        only shown: what follows from the rest, but people do not see it there
//   Part(name, tell)         a part with parts; Module(name, module): one that tells itself
//
// Names are literals, lower case. Thread rule: that of what is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/time.h"

namespace core {

// Bytes are those of an id, or a content. Valid during the call.
using StateValue = std::variant<int64_t, uint64_t, bool, std::string_view, Time, Duration, PeerId,
                                Key256, std::span<const uint8_t>>;

class StateListener {
 public:
  virtual ~StateListener() = default;
  // A part begins, and ends; parts nest. Several of one name are a list.
  virtual void Open(std::string_view name) = 0;
  virtual void Close() = 0;
  // Of the open part. Several of one name in a row are a list.
  virtual void Tell(std::string_view name, const StateValue& value) = 0;
};

class HashedState {
 public:
  static constexpr bool kShown = false;

  explicit HashedState(Hasher& hasher) : hasher_(hasher) {}

  template <typename T>
  void Hash(const T& value) {
    if constexpr (requires { value.us; }) {
      hasher_.Add(value.us);
    } else if constexpr (requires { hasher_.Add(value); }) {
      hasher_.Add(value);
    } else if constexpr (requires { hasher_.Add(std::span<const uint8_t>(value)); }) {
      hasher_.Add(std::span<const uint8_t>(value));
    } else {
      for (const auto& each : value) hasher_.Add(each);
    }
  }

  template <typename T>
  void Add(std::string_view, const T& value) {
    Hash(value);
  }

  template <typename T>
  void Add(std::string_view, T value, std::span<const std::string_view>) {
    Hash(value);
  }

  template <typename T>
  void Show(std::string_view, const T&) {}

  template <typename Function>
  void Part(std::string_view, Function&& tell) {
    tell();
  }

  template <typename T>
  void Module(std::string_view, const T& module) {
    module.Digest(hasher_);
  }

 private:
  Hasher& hasher_;
};

class ShownState {
 public:
  static constexpr bool kShown = true;

  explicit ShownState(StateListener& listener) : listener_(listener) {}

  template <typename T>
  void Hash(const T&) {}

  template <typename T>
  void Show(std::string_view name, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      listener_.Tell(name, NameOf(value));
    } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      using Widest = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
      listener_.Tell(name, static_cast<Widest>(value));
    } else if constexpr (std::is_constructible_v<StateValue, const T&>) {
      listener_.Tell(name, value);
    } else if constexpr (requires { std::span<const uint8_t>(value); }) {
      listener_.Tell(name, std::span<const uint8_t>(value));
    } else {
      for (const auto& each : value) Show(name, each);
    }
  }

  template <typename T>
  void Add(std::string_view name, const T& value) {
    Show(name, value);
  }

  template <typename T>
  void Add(std::string_view name, T value, std::span<const std::string_view> words) {
    const auto index = static_cast<size_t>(value);
    listener_.Tell(name, index < words.size() ? words[index] : std::string_view("?"));
  }

  template <typename Function>
  void Part(std::string_view name, Function&& tell) {
    listener_.Open(name);
    tell();
    listener_.Close();
  }

  template <typename T>
  void Module(std::string_view name, const T& module) {
    Part(name, [&] { module.Describe(listener_); });
  }

 private:
  StateListener& listener_;
};

}  // namespace core
