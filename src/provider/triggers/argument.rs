//! The argument `trigger`, which names one trigger: of filters, and of the delivery journal.

use super::resolver::{KnownBits, TriggerResolver};
use super::spelling::{self, Spelling};
use super::unknown::{Unknown, unknown};
use crate::api::TriggerMask;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::value::Value;
use crate::provider::portal::LivePortal;

/// The argument's name.
pub(in crate::provider) const TRIGGER: &str = "trigger";

/// Checks the name of one trigger, as far as that is possible without a portal.
pub(in crate::provider) fn check_trigger(
    path: &Path,
    value: &Value,
    diagnostics: &mut Diagnostics,
) {
    if let Some(name) = value.as_str()
        && let Err(error) = spelling::parse(name)
    {
        diagnostics.push(unknown(name, &Unknown::Spelling(&error)).at(path.clone()));
    }
}

/// Returns the mask of one trigger. The portal's catalog is read only for a name that this build does
/// not know.
pub(in crate::provider) async fn resolve_trigger(
    portal: &LivePortal,
    name: &str,
) -> Result<TriggerMask, Diagnostic> {
    let refused = |why: &Unknown<'_>| unknown(name, why).at_attribute(TRIGGER);
    match spelling::parse(name) {
        Ok(Spelling::All) => Ok(TriggerMask::ALL),
        Ok(Spelling::Bit(bit)) => Ok(TriggerMask::from_bits(1 << bit)),
        Ok(Spelling::Unlisted) => {
            let catalog = portal
                .catalog()
                .await
                .map_err(|error| portal.explain("Could not read the portal's triggers", error))?;
            let recorded = KnownBits::new();
            let resolver = TriggerResolver::with_catalog(&recorded, catalog);
            let bit = resolver.bit_of_unlisted(name);
            bit.map(|bit| TriggerMask::from_bits(1 << bit))
                .ok_or_else(|| refused(&Unknown::Catalog(catalog)))
        }
        Err(error) => Err(refused(&Unknown::Spelling(&error))),
    }
}
