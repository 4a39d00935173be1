// What functions that compute for a while share: keyword arguments, and hearing of Ctrl-C.
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "bindings.h"
#include "lithe/cancel.h"

namespace lithe::python {

// As long as it lives, Python hears of signals (Ctrl-C), and a callback of the progress. What they
// raise ends the work, and is raised behind it.
class Progress {
 public:
  explicit Progress(nb::object callback) : callback_(std::move(callback)) {}

  // Without the lock. Whether to go on. `value`: what the callback is told.
  template <typename Value>
  bool operator()(const Value& value) {
    return call([&] {
      if (callback_.is_none()) return true;
      const nb::object answer = callback_(told(value));
      const int goes_on = answer.is_none() ? 1 : PyObject_IsTrue(answer.ptr());
      if (goes_on < 0) throw nb::python_error();
      return goes_on == 1;
    });
  }
  // The same, for work that asks this way alone.
  bool goes_on() { return !scope_.cancelled(); }
  // With the lock.
  void raise_again() {
    if (raised_) throw nb::python_error(std::move(*raised_));
  }

 private:
  static double told(double share) { return share; }
  static nb::bytes told(std::string_view text) { return nb::bytes(text.data(), text.size()); }
  bool hear_signals() {
    return call([] {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      return true;
    });
  }
  template <class Call>
  bool call(const Call& function) {
    nb::gil_scoped_acquire acquired;
    try {
      return function();
    } catch (nb::python_error& error) {
      raised_.emplace(std::move(error));
      scope_.cancel();
      return true;  // the scope ends the work
    }
  }

  nb::object callback_;
  std::optional<nb::python_error> raised_;
  CancelScope scope_{[this] { return !hear_signals(); }};
};

// Calls work(progress) without the lock. What Ctrl-C or the callback has raised is raised behind
// it, also where the work has thrown because of it.
template <class Work>
auto interruptible(const Work& work, nb::object callback = nb::none()) {
  using Result = std::invoke_result_t<Work, Progress&>;
  constexpr bool kNothing = std::is_void_v<Result>;
  Progress progress(std::move(callback));
  std::optional<std::conditional_t<kNothing, bool, Result>> result;
  try {
    nb::gil_scoped_release released;
    if constexpr (kNothing)
      work(progress);
    else
      result.emplace(work(progress));
  } catch (...) {
    progress.raise_again();
    throw;
  }
  progress.raise_again();
  if constexpr (!kNothing) return std::move(*result);
}

// Takes the keyword arguments that are options of the same names.
class Keywords {
 public:
  explicit Keywords(const nb::dict& given) : given_(given) {}
  template <typename T>
  void read(const char* name, T& option) {
    if (given_.contains(name)) option = nb::cast<T>(given_[name]);
  }

 private:
  const nb::dict& given_;
};

}  // namespace lithe::python
