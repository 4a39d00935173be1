// The one exception that Lithe throws for a user's mistake or a failing machine.
//
// what() is a complete message for a person. The parts are kept apart so that a program can show
// them its own way: what was wrong, where (a file and offset, or the place in a sentence), and what
// to do about it. A programmer's mistake is an assertion instead.
#pragma once

#include <exception>
#include <string>

namespace lithe {

enum class ErrorKind {
  usage,     // an option or argument out of range
  sentence,  // a network, loss or optimizer that does not parse
  data,      // a data file that is missing, malformed or does not match another
  model,     // a model file that is malformed or does not fit
  io,        // the operating system refused a file, a folder or a connection
  numeric,   // training left the range of numbers
  machine,   // something this machine does not have
};

class Error : public std::exception {
 public:
  // `where` and `remedy` may be empty.
  Error(ErrorKind kind, std::string problem, std::string where = {}, std::string remedy = {});

  const char* what() const noexcept override { return message_.c_str(); }
  ErrorKind kind() const noexcept { return kind_; }
  const std::string& problem() const noexcept { return problem_; }
  const std::string& where() const noexcept { return where_; }
  const std::string& remedy() const noexcept { return remedy_; }

 private:
  ErrorKind kind_;
  std::string problem_, where_, remedy_, message_;
};

}  // namespace lithe
