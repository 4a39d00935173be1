// Ends a long computation early: because of Ctrl-C, or a button that says so.
//
//   lithe::CancelScope scope([&] { return pressed.load(); });
//   try {
//     trainer.run_epoch();  // or Model::predict, AgentTrainer::iterate, ...
//   } catch (const lithe::Cancelled&) {
//   }
//
// What was computed with can be used on: a trainer goes on within its epoch, an agent with another
// iteration. Without a scope nothing is asked.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <thread>

namespace lithe {

// No Error: nothing is wrong.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

// As long as it lives, computations of the thread that made it, and threads that these use, end
// where `asked` returns true. `asked` is called by that thread, some thirty times a second.
class CancelScope {
 public:
  explicit CancelScope(std::function<bool()> asked);
  ~CancelScope();
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  // From any thread.
  void cancel() { cancelled_ = true; }
  bool cancelled();

 private:
  friend class CancelShare;
  std::function<bool()> asked_;
  std::thread::id owner_ = std::this_thread::get_id();
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now();
  std::atomic<bool> cancelled_{false};
  CancelScope* outer_;
};

// Whether the computations of this thread are to end.
bool cancelled();
// Throws Cancelled if they are.
void end_if_cancelled();
// Whether there is a scope.
bool can_be_cancelled();

// Lets a thread that helps the one with the scope end with it.
class CancelShare {
 public:
  explicit CancelShare(CancelScope* scope);
  ~CancelShare();
  CancelShare(const CancelShare&) = delete;
  CancelShare& operator=(const CancelShare&) = delete;

  // The scope of this thread; null where it has none.
  static CancelScope* current();

 private:
  CancelScope* before_;
};

}  // namespace lithe
