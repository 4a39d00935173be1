#include "lithe/cancel.h"

#include <utility>

namespace lithe {

namespace {

using Clock = std::chrono::steady_clock;

// Asking may wait for other threads (Python's lock), so it is not done more often than a person
// notices.
constexpr std::chrono::milliseconds kBetweenQuestions{30};

thread_local CancelScope* current_scope = nullptr;

}  // namespace

CancelScope::CancelScope(std::function<bool()> asked)
    : asked_(std::move(asked)), outer_(std::exchange(current_scope, this)) {}
CancelScope::~CancelScope() { current_scope = outer_; }

bool CancelScope::cancelled() {
  if (!cancelled_ && std::this_thread::get_id() == owner_) {
    if (const auto now = Clock::now(); now >= next_) {
      next_ = now + kBetweenQuestions;
      if (asked_()) cancelled_ = true;
    }
    if (outer_ != nullptr && outer_->cancelled()) cancelled_ = true;
  }
  return cancelled_;
}

bool cancelled() { return current_scope != nullptr && current_scope->cancelled(); }
void end_if_cancelled() {
  if (cancelled()) throw Cancelled();
}
bool can_be_cancelled() { return current_scope != nullptr; }

CancelShare::CancelShare(CancelScope* scope) : before_(std::exchange(current_scope, scope)) {}
CancelShare::~CancelShare() { current_scope = before_; }
CancelScope* CancelShare::current() { return current_scope; }

}  // namespace lithe
