// What functions that compute for a while share: keyword arguments, and hearing of Ctrl-C.
#pragma once

#include <optional>
#include <utility>

#include "bindings.h"

namespace lithe::python {

// Python hears of signals (Ctrl-C) and of the progress some fifty times an epoch, or from time to
// time; without the lock in between. What a callback raises ends the work, and is raised behind it.
class Progress {
 public:
  explicit Progress(nb::object callback) : callback_(std::move(callback)) {}

  bool operator()(double done) {
    nb::gil_scoped_acquire acquired;
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (callback_.is_none()) return true;
      const nb::object answer = callback_(done);
      const int goes_on = answer.is_none() ? 1 : PyObject_IsTrue(answer.ptr());
      if (goes_on < 0) throw nb::python_error();
      return goes_on == 1;
    } catch (nb::python_error& error) {
      raised_.emplace(std::move(error));
      return false;
    }
  }
  // With the lock.
  void raise_again() {
    if (raised_) throw nb::python_error(std::move(*raised_));
  }

 private:
  nb::object callback_;
  std::optional<nb::python_error> raised_;
};

// Calls work(progress) without the lock; Ctrl-C ends it and is raised.
template <class Work>
auto interruptible(const Work& work) {
  Progress progress{nb::none()};
  try {
    nb::gil_scoped_release released;
    return work([&progress](auto...) { return progress(0); });
  } catch (...) {
    progress.raise_again();
    throw;
  }
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
