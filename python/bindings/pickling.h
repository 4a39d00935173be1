// Values of plain members as pickle takes them.
#pragma once

#include "bindings.h"

namespace lithe::python {

// Of `members`, in this order.
template <class Class, class... Member>
void pickle_by(nb::class_<Class>& type, Member... members) {
  type.def("__getstate__", [=](const Class& self) { return nb::make_tuple(self.*members...); });
  type.def("__setstate__", [=](Class& self, const nb::tuple& state) {
    new (&self) Class();
    std::size_t i = 0;
    ((self.*members = nb::cast<std::remove_cvref_t<decltype(self.*members)>>(state[i++])), ...);
  });
}

}  // namespace lithe::python
