// Checks a fetched file against the digest that its publisher states.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/published/catalog.h"

namespace lithe::data {

// What is wrong with `bytes` as the file `expected`; empty where they are right. A digest of the
// content is taken through gzip where `bytes` are gzip, and of `bytes` themselves where not.
std::string digest_problem(const RemoteFile& expected, std::span<const std::uint8_t> bytes);

}  // namespace lithe::data
