"""How schools stand: the 20 % rule over their teachers. Sanctions and dossiers are to come here."""
