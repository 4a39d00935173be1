// lithe::Error becomes lithe.Error, a class of Python's (python/lithe/_error.py).
#include "bindings.h"
#include "lithe/error.h"

namespace lithe::python {

namespace {

const char* name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::sentence:
      return "sentence";
    case ErrorKind::data:
      return "data";
    case ErrorKind::model:
      return "model";
    case ErrorKind::io:
      return "io";
    case ErrorKind::numeric:
      return "numeric";
    case ErrorKind::machine:
      return "machine";
  }
  return "";
}

void translate(const std::exception_ptr& failure, void*) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    const nb::object type = nb::module_::import_("lithe._error").attr("Error");
    const nb::object raised = type(error.problem().c_str(), error.where().c_str(),
                                   error.remedy().c_str(), name_of(error.kind()), error.what());
    PyErr_SetObject(type.ptr(), raised.ptr());
  }
}

}  // namespace

void add_errors(nb::module_&) { nb::register_exception_translator(translate); }

}  // namespace lithe::python
