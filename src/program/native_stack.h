// Unwinds the stacks of compiled code by the tables that compilers write for exceptions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "program/address_space.h"
#include "program/events.h"

namespace lithe::program {

class NativeStack {
 public:
  NativeStack();
  NativeStack(NativeStack&&) noexcept;
  NativeStack& operator=(NativeStack&&) noexcept;
  ~NativeStack();

  // A file that the process has mapped as code.
  void map(const Mapping& mapping);
  // The mappings so far; for a process that forks.
  NativeStack copy() const;

  // The innermost address of code, and of each caller an address within its call. At most 64; as
  // many as can be found.
  std::vector<std::uint64_t> unwind(const UserState& user);

 private:
  class Session;  // libdwfl's

  std::map<std::uint64_t, Mapping> mappings_;  // by their start
  std::unique_ptr<Session> session_;
};

}  // namespace lithe::program
