// Puente's numbers need fused multiply-add, so it is built for x86-64-v3 processors (Intel Haswell 2013, AMD Excavator
// 2015 and newer). An older one gets a message instead of an illegal instruction. No state; thread-safe.
#pragma once

namespace puente {

/// Exit code on a machine that cannot run Puente (EX_OSERR).
inline constexpr int unfit_machine = 71;

/// Ends the process with `unfit_machine` and a message on an older processor. Nobody has to call it: it runs by itself in
/// the program that links it, before the constructors of static objects, which may already use newer instructions.
[[gnu::constructor(101)]] void require_processor();

}  // namespace puente
