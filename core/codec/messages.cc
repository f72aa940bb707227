#include "core/codec/messages.h"

namespace core {

Body::Body() = default;
Body::~Body() = default;
Body::Body(const Body&) = default;
Body& Body::operator=(const Body&) = default;
Body::Body(Body&&) noexcept = default;
Body& Body::operator=(Body&&) noexcept = default;

bool operator==(const Body& a, const Body& b) {
  return static_cast<const BodyVariant&>(a) == static_cast<const BodyVariant&>(b);
}

}  // namespace core
