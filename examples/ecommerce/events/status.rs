//! How far an order has come.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The words are those of the API and of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    /// Placed, to be paid.
    Pendente,
    /// Paid.
    Pago,
    /// Given up by the client or the shop.
    Cancelado,
    /// The payment failed.
    Falha,
}

impl Status {
    pub(crate) const ALL: [Status; 4] = [Status::Pendente, Status::Pago, Status::Cancelado, Status::Falha];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Status::Pendente => "PENDENTE",
            Status::Pago => "PAGO",
            Status::Cancelado => "CANCELADO",
            Status::Falha => "FALHA",
        }
    }

    /// Whether an order may go from here to there. The same again is allowed, and its event is then published again:
    /// that is how a client repeats a request whose event got lost. An order that was given up stays so, for its
    /// products are back on the shelf.
    pub(crate) fn may_become(self, next: Status) -> bool {
        let given_up = matches!(self, Status::Cancelado | Status::Falha);
        next != Status::Pendente && (self == next || !given_up)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_was_given_up_is_not_paid_any_more() {
        assert!(Status::Pendente.may_become(Status::Pago));
        assert!(Status::Pago.may_become(Status::Cancelado));
        assert!(Status::Falha.may_become(Status::Falha));
        assert!(!Status::Cancelado.may_become(Status::Pago));
        assert!(!Status::Pago.may_become(Status::Pendente));
    }

    #[test]
    fn the_words_of_the_store_are_those_of_the_wire() {
        for status in Status::ALL {
            let wire = serde_json::to_value(status).unwrap();
            assert_eq!(wire, status.as_str());
        }
    }
}
